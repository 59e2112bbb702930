"""Links for contractors: made on a case's page; and the page a contractor opens by one."""
