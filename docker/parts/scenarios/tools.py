# SPDX-License-Identifier: BSD-2-Clause
"""What several scenarios need."""


def answered(series):
    """The instances that answered, by name."""
    return sorted(entry["instance"] for entry in series["instances"])


def share(series, name):
    return next((entry["share"] for entry in series["instances"] if entry["instance"] == name), 0.0)


def row_of(catchment):
    """A catchment as cells, in the order of the regions."""
    return [catchment[region] for region in ("tokyo", "london", "newyork")]
