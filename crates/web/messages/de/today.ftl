today = Heute
