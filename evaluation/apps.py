"""Registers the package with Django, and what `tendering` asks of it: the scheme's judge, the committee's logins."""

from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    name = "evaluation"

    def ready(self) -> None:
        from evaluation import queries, scheme_judge
        from tendering import coefficients, scheme_validator, seats

        scheme_validator.register(scheme_judge.problems)
        coefficients.register(scheme_judge.coefficient_sets)
        seats.register(queries.member_logins)
