"""The register of its own that the tests of releases use."""

from tests.releases.conftest import own, own_database, own_root, registry, stewards, year, years

__all__ = ["own", "own_database", "own_root", "registry", "stewards", "year", "years"]
