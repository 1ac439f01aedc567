"""What a person is shown of a compose configuration has no secrets in it."""

import yaml

from hydra_lab.areas.changes.masking import masked

LONG = " ".join(["swordfish"] * 40)
CONFIG = {
    "services": {
        "web": {
            "image": "shop/web:1",
            "command": ["serve", "--port=80", "--api-token=swordfish", "--verbose"],
            "environment": {"LEVEL": "info", "DB_PASSWORD": LONG, "URL": "postgres://app:swordfish@db/app"},
            "labels": ["auth.key=swordfish", "traefik.enable=true"],
            "secrets": ["db_login"],
        },
        "api": {"environment": {"TLS_KEY": "-----BEGIN\nswordfish\n-----END", "EMPTY_TOKEN": None}},
    }
}


def test_secrets_of_every_shape_are_masked_and_the_rest_is_told() -> None:
    told = masked(yaml.safe_dump(CONFIG))
    assert "swordfish" not in told
    web = yaml.safe_load(told)["services"]["web"]
    assert web["command"] == ["serve", "--port=80", "--api-token=•••", "--verbose"]
    assert web["environment"] == {"LEVEL": "info", "DB_PASSWORD": "•••", "URL": "postgres://app:•••@db/app"}
    assert (web["labels"], web["secrets"]) == (["auth.key=•••", "traefik.enable=true"], ["db_login"])
