# Ce qui est contrôlé avant d’enregistrer : des paquets de profils.
admin-kind-checks = Contrôle
admin-log-checks = a changé la façon dont ce qui est écrit est contrôlé
admin-log-checks-restored = contrôle de nouveau ce qui est écrit comme à partir de l’entrée { $entry }
changes-undo-checks = Annuler : le contrôle se fait de nouveau comme avant.
