"""Pictures of the reports: figures in, a frozen dataclass each; drawn on the server as SVG with the table behind it.

A page makes one (`Trend(name=..., ...)`), and its template draws it with the tag `picture` of `report_pictures`.
Nothing here asks the database: a picture knows no model and no metric, only names, numbers and addresses.
"""
