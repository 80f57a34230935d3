"""The engine's entry point: ``papermill --engine inprocess``, or ``engine_name="inprocess"``.

papermill loads this class while it is itself being imported, so that nothing of papermill can be imported here.
"""


class InProcessEngine:
    """A papermill engine that runs the notebook's cells in this very process; see :mod:`notebook_reports.kernel`."""

    @classmethod
    def execute_notebook(cls, nb, kernel_name, **options):
        """Run a notebook, as papermill asks every engine to."""
        from notebook_reports.kernel import Engine

        return Engine.execute_notebook(nb, kernel_name, **options)

    @classmethod
    def nb_kernel_name(cls, nb, name=None):
        """The name of the notebook's kernel."""
        from notebook_reports.kernel import Engine

        return Engine.nb_kernel_name(nb, name)

    @classmethod
    def nb_language(cls, nb, language=None):
        """The language of the notebook."""
        from notebook_reports.kernel import Engine

        return Engine.nb_language(nb, language)
