"""The Helm chart, by Helm itself and the schemas of Kubernetes, and held against docker-compose.yml and the guide."""

import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from kubernetes_validate import ValidationError, latest_version, validate

from tests.test_deployment import table_of

ROOT = Path(settings.BASE_DIR)
CHART = ROOT / "deploy" / "chart"
HELM = shutil.which("helm", path=Path(sys.executable).parent)
pytestmark = pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"), reason="the lock has Helm for Linux on x86-64 only"
)
OLDEST = re.search(r"\d+\.\d+", yaml.safe_load((CHART / "Chart.yaml").read_text())["kubeVersion"])[0]
SECRET = {"SECRET_KEY": "k" * 50, "DATABASE_URL": "postgresql://x/x", "REDIS_URL": "redis://x", "EMAIL_URL": "smtp://x"}
LEAST = {"siteUrl": "https://mentoring.example.org", "secrets": SECRET}
ALL = {
    **LEAST,
    "imagePullSecrets": [{"name": "registry"}],
    "data": {"storageClass": "files", "accessMode": "ReadWriteMany", "size": "50Gi"},
    **{part: {"autoscaling": {"enabled": True}} for part in ("web", "live", "worker")},
    "ingress": {"className": "nginx", "annotations": {"cert-manager.io/cluster-issuer": "ours"}},
}
POOLED = {**LEAST, "pooler": {"image": "pgbouncer:1.25", "secret": "pooler"}}
OWN_DATABASE = {"siteUrl": "https://m.example.org:8443", "existingSecret": "ours", "data": {"existingClaim": "files"}}
NAMED = {"least": LEAST, "all": ALL, "own secret and volume": OWN_DATABASE, "pooler": POOLED}
CASES = pytest.mark.parametrize("values", NAMED.values(), ids=NAMED)
# The first that knows a container which runs beside the others and ends after them.
OLDEST_POOLED = "1.29"


def run_helm(values: dict, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(HELM), *command, "--values", "-"],
        input=yaml.safe_dump(values),
        capture_output=True,
        text=True,
        check=False,
    )


def make_objects(values: dict, *arguments: str) -> dict[tuple[str, str], dict]:
    """What the chart makes, by kind and name."""
    made = run_helm(values, "template", "m", str(CHART), *arguments)
    assert made.returncode == 0, made.stderr
    objects = [one for one in yaml.safe_load_all(made.stdout) if one]
    named = {(one["kind"], one["metadata"]["name"]): one for one in objects}
    assert len(named) == len(objects)
    return named


def pods_of(objects: dict[tuple[str, str], dict]) -> dict[str, dict]:
    """The specification of each process' pods, by the name that compose has for it."""
    specs = [one["spec"]["template"]["spec"] for (kind, _name), one in objects.items() if kind in ("Deployment", "Job")]
    return {spec["containers"][0]["name"]: spec for spec in specs}


@CASES
def test_helm_finds_nothing_wrong(values):
    linted = run_helm(values, "lint", "--strict", str(CHART))

    assert linted.returncode == 0, linted.stdout


@pytest.mark.parametrize("is_newest", [False, True])
@CASES
def test_kubernetes_would_take_it(values, is_newest):
    oldest = OLDEST_POOLED if values is POOLED else OLDEST
    version = ".".join(latest_version().split(".")[:2]) if is_newest else oldest
    for found in make_objects(values, "--kube-version", f"{version}.0").values():
        validate(found, version, strict=True)


def test_a_fault_of_the_chart_would_be_found():
    claim = make_objects(LEAST)["PersistentVolumeClaim", "m-data"]
    claim["spec"]["storage"] = "10Gi"

    with pytest.raises(ValidationError):
        validate(claim, OLDEST, strict=True)


def test_it_runs_what_compose_runs():
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    pods = pods_of(make_objects(LEAST))

    assert set(pods) == {name for name, service in services.items() if service.get("image") == "mentoring"}
    for name in ("live", "worker", "beat"):
        assert " ".join(pods[name]["containers"][0]["args"]) == services[name]["command"]
    asked = [
        " ".join(text.split())
        for text in (pods["release"]["containers"][0]["command"][2], services["release"]["command"])
    ]
    assert asked[0] in asked[1]
    [image_command] = re.findall(r"^CMD (\[.*\])$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert pods["web"]["containers"][0]["args"][: len(yaml.safe_load(image_command))] == yaml.safe_load(image_command)


def test_every_variable_of_the_guide_can_be_given():
    names = table_of("docs/deployment.md") - {"SITE_URL", "DATA_DIR"}
    schema = yaml.safe_load((CHART / "values.schema.json").read_text())["properties"]
    secret = set(schema["variables"]["propertyNames"]["not"]["enum"]) - {"SITE_URL", "DATA_DIR"}
    assert secret <= names
    values = {
        **LEAST,
        "secrets": SECRET | dict.fromkeys(secret, "of-no-meaning"),
        "variables": dict.fromkeys(names - secret, "of no meaning"),
    }

    objects = make_objects(values)

    told = objects["ConfigMap", "m"]["data"]
    assert set(told) == (names - secret) | {"SITE_URL", "DATA_DIR"}
    assert set(objects["Secret", "m"]["stringData"]) == secret
    for pod in pods_of(objects).values():
        assert pod["containers"][0]["envFrom"] == [{"configMapRef": {"name": "m"}}, {"secretRef": {"name": "m"}}]


def test_only_web_goes_by_the_pooler_which_outlives_it():
    """A container that ends with web would leave the last requests without a database."""
    pods = pods_of(make_objects(POOLED))
    [pooler] = pods["web"]["initContainers"]

    assert pooler["restartPolicy"] == "Always"
    assert {one["name"]: one["value"] for one in pods["web"]["containers"][0]["env"]} == {
        "DATABASE_POOLER": "1",
        "DATABASE_URL": "postgresql://mentoring@127.0.0.1:6432/mentoring",
    }
    assert [name for name, pod in pods.items() if "env" in pod["containers"][0]] == ["web"]


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({}, "siteUrl"),
        ({**LEAST, "siteUrl": "http://mentoring.example.org"}, "siteUrl"),
        ({**LEAST, "siteUrl": "https://mentoring.example.org/"}, "siteUrl"),
        ({"siteUrl": LEAST["siteUrl"]}, "secrets.SECRET_KEY"),
        ({**LEAST, "secrets": {**SECRET, "DATABASE_URL": ""}}, "secrets.DATABASE_URL"),
        ({**LEAST, "variables": {"SECRET_KEY": "k"}}, "SECRET_KEY"),
        ({**LEAST, "variables": {"DATA_DIR": "/elsewhere"}}, "DATA_DIR"),
        ({**LEAST, "web": {"replica": 3}}, "replica"),
        ({**LEAST, "pooler": {"image": "pgbouncer:1.25"}}, "secret"),
        ({**LEAST, "pooler": {"url": "postgresql://mentoring:password@127.0.0.1/mentoring"}}, "url"),
    ],
)
def test_what_is_wrong_with_values_is_named(values, named):
    refused = run_helm(values, "template", "m", str(CHART))

    assert refused.returncode != 0
    assert named in refused.stderr


def test_no_request_meets_a_pod_that_comes_or_goes():
    pod = pods_of(make_objects(OWN_DATABASE))["web"]
    web = pod["containers"][0]

    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        # Django answers only to names that it knows.
        assert web[probe]["httpGet"]["httpHeaders"] == [{"name": "Host", "value": "m.example.org"}]
    assert web["readinessProbe"]["httpGet"]["path"] == "/healthz/ready"
    assert web["livenessProbe"]["httpGet"]["path"] == "/healthz/live"
    pause = int(web["lifecycle"]["preStop"]["exec"]["command"][1])
    assert pause >= web["readinessProbe"]["periodSeconds"]
    # gunicorn's default of 30 seconds for what it is at.
    assert pod["terminationGracePeriodSeconds"] >= pause + 30


@pytest.mark.parametrize(
    ("changed", "is_new"),
    [
        ({}, False),
        ({"web": {"replicas": 3}}, False),
        ({"image": {"tag": "2"}}, True),
        ({"variables": {"SITE_NAME": "U"}}, True),
    ],
)
def test_release_runs_again_for_what_is_new(changed, is_new):
    before, after = (
        [name for kind, name in make_objects({**LEAST, **more}) if kind == "Job"] for more in ({}, changed)
    )

    assert (before != after) is is_new


def test_pods_may_do_nothing_that_they_do_not_need():
    for pod in pods_of(make_objects(POOLED)).values():
        assert pod["securityContext"]["runAsNonRoot"]
        assert pod["automountServiceAccountToken"] is False
        for container in [*pod["containers"], *pod.get("initContainers", [])]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert container["resources"]["limits"]["memory"]
