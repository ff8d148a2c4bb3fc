"""The sample clinic: invented patients as input files, always loaded through the real loader."""

from etl.sample.files import write_sample

__all__ = ["write_sample"]
