"""Held jobs: who may release what, where; release stations; sending on."""
