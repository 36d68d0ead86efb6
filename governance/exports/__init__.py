"""Exports: what of the stored rows leaves as a file, for whom, and that it did."""

from governance.exports.export import Export, Exports, ExportsBusy, Wanted
from governance.exports.subjects import FACILITIES, FORMATS, INCIDENTS, ZONES, Format, Subject

__all__ = [
    "FACILITIES",
    "FORMATS",
    "INCIDENTS",
    "ZONES",
    "Export",
    "Exports",
    "ExportsBusy",
    "Format",
    "Subject",
    "Wanted",
]
