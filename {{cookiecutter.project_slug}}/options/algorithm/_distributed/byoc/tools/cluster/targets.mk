.PHONY: train-cluster
HOSTS ?= 2

train-cluster: $(if $(IMAGE),,install)  ## Train on several hosts of this machine [HOSTS=2 IMAGE=name SHARDED=true]
	local_test/train_cluster.sh$(IMAGE:%= %) $(HOSTS)
