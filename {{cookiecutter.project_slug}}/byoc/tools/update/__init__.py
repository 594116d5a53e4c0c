"""Updates a project to a newer version of its template, by a three-way merge of git's."""
