"""Pages made of several rooms: front page, dashboard, office page, indicator page, help. Writes no event. May import every room but api."""
