"""Images are pushed only for instances whose processors can run them (P-04)."""

import pytest
from refusal import assert_refused

pytestmark = pytest.mark.docker


@pytest.mark.parametrize(
    ("architecture", "families"),
    [
        ("arm64", "c6g m7gd r8g c6gn t4g g5g im4gn x2gd c8gb p6e-gb200"),
        ("amd64", "m5 c7i r7a g4dn g5 g6e gr6 p4de p6-b200 trn1n inf2 x2iedn c7i-flex"),
    ],
)
def test_graviton_is_told_by_its_name(project, architecture, families):
    for family in families.split():
        told = project.call("architecture_of", f"ml.{family}.xlarge")
        assert (family, told.stdout) == (family, f"{architecture}\n")


@pytest.mark.parametrize("instance_type", ["c7g.xlarge", "ml.c7g", "ml.c7g.xlarge ", "local"])
def test_what_is_no_instance_type_is_refused_before_the_build(project, instance_type):
    result = project.run("build_and_push.sh", project.name, INSTANCE_TYPE=instance_type)
    assert_refused(result, f"'{instance_type}'", "ml.c7g.xlarge", "INSTANCE_TYPE")
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("platform", "instance_type", "fix"),
    [("linux/amd64", "ml.c7g.xlarge", "linux/arm64"), ("linux/arm64", "ml.g5.xlarge", "linux/amd64")],
)
def test_an_image_for_other_processors_is_not_pushed(project, ecr, platform, instance_type, fix):
    result = project.run("build_and_push.sh", project.name, PLATFORM=platform, INSTANCE_TYPE=instance_type)
    assert_refused(result, project.name, platform.removeprefix("linux/"), instance_type, f"PLATFORM={fix} ")
    assert project.name not in ecr.repositories()


def test_an_image_for_the_instances_processors_is_pushed(project, ecr):
    result = project.run("build_and_push.sh", project.name, PLATFORM="linux/arm64", INSTANCE_TYPE="ml.c7g.xlarge")
    assert result.returncode == 0, result.stderr
    assert project.name in ecr.repositories()
