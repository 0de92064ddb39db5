"""Read-only JSON under /api/v1/, described by /api/v1/openapi.json. Writes no event. May import every room below."""
