"""Each process a page that reads like its diagram. Class, module and node names are stored in the database: schema."""

from workflows.flows.opening import OpeningFlow

__all__ = ["OpeningFlow"]
