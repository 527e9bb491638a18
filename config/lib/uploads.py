"""What files may come with a form: none, unless its view says otherwise; what is larger than any form is not read."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler, SkipFile


class NoFiles(FileUploadHandler):
    """No file is kept, nor written to the disk meanwhile."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803 - Django's name
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        """Raise RequestDataTooBig; Django itself looks at the length only where no file is among the fields."""
        if content_length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise RequestDataTooBig

    def new_file(self, *_about: Any, **_named: Any) -> None:
        """Pass over it."""
        raise SkipFile

    def receive_data_chunk(self, _raw: bytes, _start: int) -> None:
        """Nothing of it comes."""

    def file_complete(self, _size: int) -> None:
        """Nothing of it is there."""
