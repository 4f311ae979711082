"""What is asked, understood: filters in words of SQL (:mod:`wares.query.filters`)."""
