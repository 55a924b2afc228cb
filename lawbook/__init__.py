"""The law as data: articles, dated parameters, procedures and ready-made schemes. Imports nothing of ours."""

from lawbook.articles import Article, UnknownArticle, article, articles
from lawbook.parameters import Parameter, UnknownParameter, parameter, parameter_names
from lawbook.procedures import Period, Procedure, UnknownProcedure, procedure, procedures
from lawbook.schemes import UnknownScheme, scheme, schemes

__all__ = [
    "Article",
    "Parameter",
    "Period",
    "Procedure",
    "UnknownArticle",
    "UnknownParameter",
    "UnknownProcedure",
    "UnknownScheme",
    "article",
    "articles",
    "parameter",
    "parameter_names",
    "procedure",
    "procedures",
    "scheme",
    "schemes",
]
