"""Work that outlives a request: queue, schedule, worker."""
