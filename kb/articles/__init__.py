"""Articles: an office's strategies and practices, with revisions and lasting addresses.

Writes article.created, article.edited, article.published, article.restored, article.archived, article.unarchived.
May import: core, instruments, offices, accounts.
"""
