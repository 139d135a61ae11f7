"""Tests of ingestion: the queue, the pipeline, the worker."""
