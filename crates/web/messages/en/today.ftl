today = Today
