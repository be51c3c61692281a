from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    name = "workflow"

    def ready(self) -> None:
        # Flow classes are stored by name in rows: they must be known before any row is read.
        from workflow import flows  # noqa: F401
