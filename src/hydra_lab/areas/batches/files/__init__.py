"""Files of requests that callers upload, and the files of results that batches make."""
