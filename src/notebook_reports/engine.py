"""The engine's entry point: ``papermill --engine inprocess``, or ``engine_name="inprocess"``.

papermill loads this class while it is itself being imported, so that nothing of papermill can be imported here.
"""


class _Later(type):
    def __getattr__(cls, name: str) -> object:
        from notebook_reports.kernel import Engine

        return getattr(Engine, name)


class InProcessEngine(metaclass=_Later):
    """A papermill engine that runs the notebook's cells in this very process; see :mod:`notebook_reports.kernel`."""
