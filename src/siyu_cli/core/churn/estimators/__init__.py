"""Estimators of how members buy and leave: small, readable, fitted on distinct histories with counts."""
