#!/usr/bin/env bash
# Build this repository's image, push it to Amazon ECR, and print its URI. Only the URI goes to stdout, so that
# uri=$(deploy/build_and_push.sh my-model) works. What build.sh takes from the environment goes for this, too, and
#   INSTANCE_TYPE   the type to train or serve on, such as ml.c7g.xlarge: an image for other processors is not pushed
set -euo pipefail

say() { printf 'build_and_push.sh: %s\n' "$*" >&2; }
die() { say "$@"; exit 1; }

# ECR's own rule: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
is_image_name() {
    local LC_ALL=C part='[a-z0-9]+([._-][a-z0-9]+)*' name=${1%%:*}
    local rule="^$part(/$part)*(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?\$"
    [[ $1 =~ $rule ]] && [[ ${#name} -ge 2 && ${#name} -le 256 ]]
}

find_region() {
    local region=${AWS_REGION:-${AWS_DEFAULT_REGION:-}}
    [[ -n $region ]] || region=$(aws configure get region) || true
    [[ -n $region ]] ||
        die "no AWS region is set; set one with 'export AWS_REGION=eu-west-1' or 'aws configure set region eu-west-1'"
    printf '%s\n' "$region"
}

ecr() { aws ecr "$@" --region "$region" --output text 2>"$aws_error"; }

ecr_failed() {
    say "'aws ecr $1' failed in $region; check the region, who you are ('aws sts get-caller-identity') and your rights:"
    cat "$aws_error" >&2
    exit 1
}

# Graviton has a g behind the generation, as in c7g, m6gd or c6gn, unlike the GPUs' g4dn and g5; so does the g5g that
# has both. https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
architecture_of() {
    local LC_ALL=C type='^ml\.[a-z]+[0-9]+([a-z]*)(-[a-z0-9]+)?\.[a-z0-9-]+$'
    [[ $1 =~ $type ]] ||
        die "'$1' is no instance type of SageMaker's, which look like ml.m5.large or ml.c7g.xlarge; mend INSTANCE_TYPE"
    [[ ${BASH_REMATCH[1]} == g* || ${BASH_REMATCH[2]} == -gb* ]] && echo arm64 || echo amd64
}

# On another architecture the container ends at once, with "exec format error" in its log (L-01).
check_architecture() {
    local found
    found=$(docker image inspect --format '{{.Architecture}}' "$1")
    [[ $found == "$wanted" ]] ||
        die "$1 is built for $found, and $INSTANCE_TYPE has $wanted processors;" \
            "build it for those: PLATFORM=linux/$wanted $0 $1"
}

# An engine may push what CreateModel rejects later (L-02, P-05), so believe the registry alone. 'imagetools' reads
# OCI manifests too, which 'docker manifest inspect' of Docker 20.10 does not.
check_manifest() {
    local wanted=application/vnd.docker.distribution.manifest.v2+json found
    found=$(docker buildx imagetools inspect "$1" | sed -n 's/^MediaType: *//p') ||
        die "cannot read the manifest of $1 back from the registry"
    [[ $found == "$wanted" ]] ||
        die "$1 has a manifest of type '$found', and SageMaker takes only $wanted;" \
            "update Docker, choose its own builder with 'docker buildx use default', and push again"
    say "manifest type: $found"
}

main() {
    if [[ $# -ne 1 ]]; then
        printf 'usage: %s NAME[:TAG]    (default tag: latest; PLATFORM=linux/arm64 for Graviton instances)\n' "$0" >&2
        exit 2
    fi
    local name=${1%%:*} tag=latest wanted='' repository password uri
    is_image_name "$1" ||
        die "'$1' is no image name that ECR takes: 2 to 256 lowercase letters and digits, in groups joined by" \
            "one of . _ - /, and optionally a tag; for example my-model or team/my-model:1.0"
    [[ $1 != *:* ]] || tag=${1#*:}
    [[ -z ${INSTANCE_TYPE:-} ]] || wanted=$(architecture_of "$INSTANCE_TYPE")

    command -v aws >/dev/null ||
        die "aws is not on the PATH; install the AWS CLI: https://aws.amazon.com/cli/"
    region=$(find_region)
    aws_error=$(mktemp)
    trap 'rm -f "$aws_error"' EXIT

    # Asked before the build, so that expired credentials do not cost a wait.
    repository=$(ecr describe-repositories --repository-names "$name" --query 'repositories[0].repositoryUri') ||
        grep -q RepositoryNotFoundException "$aws_error" || ecr_failed describe-repositories

    bash "$(dirname "$0")/build.sh" "$name:$tag" >&2
    [[ -z $wanted ]] || check_architecture "$name:$tag"

    if [[ -z $repository ]]; then
        repository=$(ecr create-repository --repository-name "$name" --query 'repository.repositoryUri') ||
            ecr_failed create-repository
        say "made the ECR repository $name in $region"
    fi
    password=$(ecr get-login-password) || ecr_failed get-login-password
    printf '%s' "$password" | docker login --username AWS --password-stdin "${repository%%/*}" >&2

    uri=$repository:$tag
    docker tag "$name:$tag" "$uri"
    docker push "$uri" >&2
    check_manifest "$uri"
    printf '%s\n' "$uri"
}

# Sourcing gives the functions alone, for the tests.
if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
    main "$@"
fi
