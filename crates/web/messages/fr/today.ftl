today = Aujourd’hui
