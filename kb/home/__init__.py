"""Pages made of several rooms: front page, dashboard, office page, indicator page, demand board, help; articles made of answers.

Writes question.became_article, question.taken_up, article.source_withheld, demand.*. May import every room but api.
"""
