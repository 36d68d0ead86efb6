"""Where photos and files lie is said by one setting, and said wrong it is refused at the start."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from governance.settings import Settings
from grid_data.attachment_files import Bucket


def test_without_a_setting_they_lie_in_the_home_folder() -> None:
    place = Settings(home=Path("somewhere"), attachments=None).attachment_place
    assert place == Path("somewhere").absolute() / "attachments"


def test_a_folder_or_a_bucket_with_its_store() -> None:
    assert Settings(attachments="/srv/photos").attachment_place == Path("/srv/photos")
    stored = Settings(
        attachments="s3://city/photos/2026/",
        s3_endpoint="https://s3.example.org",
        s3_access_key="key",
        s3_secret_key="hush",
    )
    assert stored.attachment_place == Bucket(
        "city", "photos/2026", "https://s3.example.org", "us-east-1", "key", "hush"
    )
    assert "hush" not in repr(stored)


def test_the_worker_cleans_where_the_server_stores() -> None:
    settings = Settings(attachments="/srv/photos", attachment_orphan_hours=5)
    assert (settings.task_plan.attachments, settings.task_plan.orphan_hours) == (Path("/srv/photos"), 5)


@pytest.mark.parametrize("text", ["s3://", "s3:///", "gs://city", "https://store.example.org/city"])
def test_what_is_neither_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="s3://bucket/prefix"):
        Settings(attachments=text)
