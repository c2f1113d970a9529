import re

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

OURS = ("mediators", "cases", "scoring")


@pytest.fixture
def loader(db):
    return MigrationLoader(connection)


def test_the_migrations_make_the_models(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_no_app_has_two_last_migrations(loader):
    assert loader.detect_conflicts() == {}


def test_every_migration_says_in_its_name_what_it_does(loader):
    for app, name in loader.disk_migrations:
        if app in OURS:
            assert re.fullmatch(r"[0-9]{4}_[a-z0-9_]+", name), name
            assert "auto" not in name.split("_"), name
            assert "merge" not in name.split("_"), name


def test_every_migration_can_be_undone(loader):
    for (app, name), migration in loader.disk_migrations.items():
        if app in OURS:
            for operation in migration.operations:
                assert operation.reversible, (app, name, operation)


def test_every_model_of_ours_has_a_key_that_does_not_run_out():
    for app in OURS:
        for model in apps.get_app_config(app).get_models():
            assert model._meta.pk.get_internal_type() == "BigAutoField", model


def test_nothing_that_others_point_at_can_be_swept_away_with_it():
    """A row that others point at is protected, unless it cannot live without them."""
    swept = {
        "cases.TypeKind.case_type",
        "cases.Attachment.draft",
        # A draft of keywords that is thrown away goes with all that was made of it.
        "cases.Keyword.rule_book",
        "cases.KeywordProposal.draft",
        "cases.Replay.draft",
        "cases.ReplayMove.replay",
        "cases.ReplayMove.case",
        "mediators.Leave.mediator",
        "mediators.Relation.mediator",
    }
    found = {
        f"{app}.{model.__name__}.{field.name}"
        for app in OURS
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.fields
        if field.remote_field and field.remote_field.on_delete.__name__ != "PROTECT"
    }
    assert found == swept
