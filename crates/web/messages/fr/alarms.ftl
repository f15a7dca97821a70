# Alarmes : ce qui s’est passé, que faire, qui est prévenu.

admin-alarms = Alarmes
admin-alarms-none = Aucune alarme. Il n’y a rien à faire.
admin-alarms-open = { $count ->
    [one] Une alarme que personne n’a encore vue
   *[other] { $count } alarmes que personne n’a encore vues
}
admin-alarms-all-seen = Toutes vues
admin-alarms-all-seen-done = Toutes les alarmes sont marquées comme vues.
admin-alarms-more = Alarmes antérieures
admin-alarms-rules = Changer les règles
admin-alarms-new = Nouveau
admin-alarms-seen = vue par { $who }, { $when }
admin-alarms-seen-machine = marquée comme vue sur la machine, { $when }
admin-alarms-see = Vue
admin-alarms-seen-done = L’alarme est marquée comme vue.
admin-alarms-restore = Laisser la session reprendre
admin-alarms-restore-what = La personne peut aussitôt reprendre là où elle était. Ses budgets restent ce qu’ils sont.
admin-alarms-restored = La session reprend.
admin-alarms-who = Qui c’était
admin-alarms-log = Voir dans le journal
admin-alarms-contain = Exclure la personne ou l’appareil
admin-alarms-suspended = La session est suspendue.
admin-alarms-goes-on = La session a repris.
admin-alarms-from = depuis { $address }
admin-alarms-somebody = Quelqu’un
admin-alarms-way-mail = Courriel
admin-alarms-way-webhook = Webhook
admin-alarms-ways-none = Les alarmes figurent sur cette page, et en haut de chaque page d’administration.
admin-alarms-way-fine = tout est remis
admin-alarms-way-absent = le messager ne tourne pas
admin-alarms-way-waits = { $count ->
    [one] un message attend
   *[other] { $count } messages attendent
}, depuis { $since }
admin-alarms-trouble-no-answer = L’autre côté ne répond pas. Les essais continuent.
admin-alarms-trouble-refused = L’autre côté n’accepte pas le message. Les essais continuent.
admin-alarms-trouble-encryption = Le certificat ou le chiffrement de l’autre côté n’est pas en ordre. Les essais continuent.
admin-alarms-trouble-configuration = Les réglages sous [alarms] dans salus.toml ne conviennent pas.

alarm-canary = Un dossier inventé a été ouvert
alarm-canary-lists = Plusieurs dossiers inventés ont été vus dans des listes
alarm-budget-spent = Un budget est épuisé
alarm-new-device = Un nouvel appareil ou une nouvelle adresse
alarm-many-refusals = Beaucoup de refus en peu de temps
alarm-many-counts = Beaucoup de recherches qui ne font que compter
alarm-export = L’ensemble des dossiers a été demandé, ou un export
alarm-trust-at-night = Une autorisation a été changée la nuit ou le week-end
alarm-tampering = Ce qui est enregistré ne correspond pas à ce qui a été écrit
alarm-emergency-reserve = Quelqu’un a utilisé sa réserve d’urgence

alarm-canary-what = Cette patiente ou ce patient n’existe pas. Qui travaille ici n’a aucune raison d’ouvrir ce dossier ; qui prend les dossiers l’un après l’autre tombe dessus.
alarm-budget-spent-what = Plus de patients devaient être atteints que le budget ne le permet. Aucun autre dossier ne s’ouvre. En cas d’urgence, quelques-uns s’ouvrent tout de même ; chacun figure au journal.
alarm-new-device-what = La personne ne s’est jamais connectée avec cette clé d’accès, ou depuis ce réseau.
alarm-many-refusals-what = { $count } demandes ont été refusées coup sur coup. C’est à cela que ressemble quelqu’un qui essaie ce qui marche.
alarm-many-counts-what = { $count } recherches n’ont fait que compter. Les nombres aussi laissent deviner qui a quel diagnostic.
alarm-export-what = Quelqu’un a demandé toutes les modifications de tous les dossiers, ou a demandé ou approuvé l’export de nombreux patients.
alarm-trust-at-night-what = À cette heure, personne ne travaille d’ordinaire aux personnes, clés d’accès, rôles ou applications.
alarm-tampering-what = Un dossier ne s’est pas ouvert tel qu’il a été écrit, ou il existe une copie d’une clé d’accès.
alarm-emergency-reserve-what = { $count ->
    [one] Un dossier a été ouvert
   *[other] { $count } dossiers ont été ouverts
} en urgence, au-delà du budget. Chacun en a quelques-uns par jour, pour que personne ne reste devant un dossier fermé.

alarm-canary-do = Appelez la personne. Si c’était elle, par erreur, laissez la session reprendre. Sinon, excluez-la.
alarm-budget-spent-do = Demandez s’il y avait vraiment tant à faire aujourd’hui.
alarm-new-device-do = Demandez à la personne si l’appareil est le sien. Sinon, révoquez la clé d’accès.
alarm-many-refusals-do = Demandez à la personne ce qu’elle cherche. Pour une application, demandez à qui l’exploite.
alarm-many-counts-do = Demandez à quoi servent ces nombres.
alarm-export-do = Vérifiez que cela est convenu (Exports). Sinon, mettez fin à l’export et excluez qui l’a demandé.
alarm-trust-at-night-do = Demandez si c’était voulu. Sinon, annulez le changement.
alarm-tampering-do = Appelez l’exploitation et faites lancer « salus log verify ». Révoquez la clé d’accès, s’il s’agit d’une clé.
alarm-emergency-reserve-do = Demandez à la personne quelle était l’urgence. S’il n’y en avait pas, bloquez-la.

alarm-rules-title = Quand il y a alarme
alarm-rules-what = Les règles valent aussitôt pour tous dans ce cabinet. Chaque changement figure au journal.
alarm-rules-refusals = Refus d’une personne à partir desquels il y a alarme
alarm-rules-refusals-minutes = en autant de minutes
alarm-rules-counts = Recherches d’une personne qui ne font que compter, à partir desquelles il y a alarme
alarm-rules-counts-minutes = en autant de minutes
alarm-rules-glimpses = Dossiers inventés différents que quelqu’un voit dans des listes en une heure
alarm-rules-night-from = La nuit commence à (heure)
alarm-rules-night-to = La nuit finit à (heure)
alarm-rules-weekend = Samedi et dimanche comptent comme la nuit
alarm-rules-zone = Heure locale d’hiver, minutes à l’est de UTC
alarm-rules-summer = Heure d’été comme dans l’Union européenne
alarm-rules-quiet = La même alarme sur la même personne ne revient qu’après (minutes)
alarm-rules-suspends = La session de qui ouvre un dossier inventé est suspendue aussitôt
alarm-rules-sent = Ce qui est annoncé par courriel et webhook
alarm-rules-save = Enregistrer les règles
alarm-rules-saved = Les règles valent.
alarm-rules-bad = Non enregistré : une valeur est hors de ses limites.

admin-kind-alarms = Alarmes
admin-asked-count = chercher pour compter
admin-log-alarm = a déclenché une alarme : { $what }
admin-log-alarm-seen = a marqué une alarme comme vue
admin-log-alarm-told = a remis une alarme
admin-log-alarm-ways = remet les alarmes par d’autres voies
admin-log-alarm-rules = a changé les règles des alarmes
admin-log-alarm-restored = a laissé une session suspendue reprendre
admin-log-alarm-canaries = a créé ou retiré des dossiers inventés
