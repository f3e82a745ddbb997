"""The door of update files: ``/Content``, as computers and downstream servers fetch them."""
