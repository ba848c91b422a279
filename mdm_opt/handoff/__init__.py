"""Handing a schedule on: exported files, bundles, and a model for lm-evaluation-harness."""
