"""What a model makes of thirty sentences, stored beside it: whoever loads other weights, or other code, will see it."""

from pathlib import Path

from core.checkpoints import load_packed
from core.decoding.translate import translate_batches
from core.files import write_json
from core.options import GreedyOptions

PROBE = "probe.json"
# Written for this project: short and long ones, rare words, numbers and marks; of a picture, and what one says.
SENTENCES = {
    "en": (
        "A cat sleeps.",
        "Two dogs are playing in the snow.",
        "A man in a red hat is cooking soup in a big pot.",
        "Three women are laughing at a table in front of a restaurant.",
        "The little girl holds her father's hand.",
        "A boy jumps from a rock into the lake.",
        "Several people are waiting for the train at an empty station.",
        "An old man plays the accordion on a street corner.",
        "A woman with an umbrella crosses the street in the rain.",
        "Children throw balls at each other in a garden.",
        "A climber hangs from a rope high above the valley.",
        "A waiter carries four glasses on a tray through a crowded bar.",
        "The goalkeeper misses the ball.",
        "A bride and a groom are dancing under coloured lamps.",
        "Someone is repairing a bicycle beside a yellow wall.",
        "A horse with a white mane runs along the beach at sunset.",
        "Two workers in orange vests are digging a hole in the road.",
        "A toddler in pyjamas eats porridge with a wooden spoon.",
        "A juggler on a unicycle amuses the crowd on the market square.",
        "Nobody is sitting on the green bench next to the fountain.",
        "A group of 12 students is listening to a lecture.",
        "A black bird sits on a fence and looks at the camera.",
        "A lady in a blue dress is feeding the pigeons while a boy on a scooter is watching her from the other side.",
        "A fisherman mends his net; his wife sells mussels.",
        "I don't know where my keys are.",
        "He laughs.",
        "What time does the shop open tomorrow?",
        "We should leave before it gets dark.",
        "She told me that she had never been to Japan.",
        "Thank you very much!",
    ),
    "de": (
        "Eine Katze schläft.",
        "Zwei Hunde spielen im Schnee.",
        "Ein Mann mit rotem Hut kocht Suppe in einem großen Topf.",
        "Drei Frauen lachen an einem Tisch vor einem Restaurant.",
        "Das kleine Mädchen hält die Hand ihres Vaters.",
        "Ein Junge springt von einem Felsen in den See.",
        "Mehrere Leute warten auf einem leeren Bahnhof auf den Zug.",
        "Ein alter Mann spielt an einer Straßenecke Akkordeon.",
        "Eine Frau mit Regenschirm geht im Regen über die Straße.",
        "Kinder werfen in einem Garten mit Bällen aufeinander.",
        "Ein Kletterer hängt hoch über dem Tal an einem Seil.",
        "Ein Kellner trägt vier Gläser auf einem Tablett durch eine volle Bar.",
        "Der Torwart verfehlt den Ball.",
        "Ein Brautpaar tanzt unter bunten Lampen.",
        "Jemand repariert neben einer gelben Wand ein Fahrrad.",
        "Ein Pferd mit weißer Mähne läuft bei Sonnenuntergang am Strand entlang.",
        "Zwei Arbeiter in orangefarbenen Westen graben ein Loch in die Straße.",
        "Ein Kleinkind im Schlafanzug isst Brei mit einem Holzlöffel.",
        "Ein Jongleur auf einem Einrad unterhält die Menge auf dem Marktplatz.",
        "Niemand sitzt auf der grünen Bank neben dem Brunnen.",
        "Eine Gruppe von 12 Studenten hört eine Vorlesung.",
        "Ein schwarzer Vogel sitzt auf einem Zaun und schaut in die Kamera.",
        "Eine Dame in einem blauen Kleid füttert die Tauben, während ein Junge auf einem Roller zuschaut.",
        "Ein Fischer flickt sein Netz; seine Frau verkauft Muscheln.",
        "Ich weiß nicht, wo meine Schlüssel sind.",
        "Er lacht.",
        "Wann macht der Laden morgen auf?",
        "Wir sollten gehen, bevor es dunkel wird.",
        "Sie sagte mir, dass sie noch nie in Japan war.",
        "Vielen Dank!",
    ),
    "fr": (
        "Un chat dort.",
        "Deux chiens jouent dans la neige.",
        "Un homme au chapeau rouge prépare une soupe dans une grande marmite.",
        "Trois femmes rient à une table devant un restaurant.",
        "La petite fille tient la main de son père.",
        "Un garçon saute d'un rocher dans le lac.",
        "Plusieurs personnes attendent le train dans une gare vide.",
        "Un vieil homme joue de l'accordéon au coin d'une rue.",
        "Une femme avec un parapluie traverse la rue sous la pluie.",
        "Des enfants se lancent des ballons dans un jardin.",
        "Un grimpeur est suspendu à une corde au-dessus de la vallée.",
        "Un serveur porte quatre verres sur un plateau dans un bar bondé.",
        "Le gardien de but rate le ballon.",
        "Des mariés dansent sous des lampes colorées.",
        "Quelqu'un répare un vélo à côté d'un mur jaune.",
        "Un cheval à la crinière blanche court le long de la plage au coucher du soleil.",
        "Deux ouvriers en gilet orange creusent un trou dans la route.",
        "Un bambin en pyjama mange de la bouillie avec une cuillère en bois.",
        "Un jongleur sur un monocycle amuse la foule sur la place du marché.",
        "Personne n'est assis sur le banc vert près de la fontaine.",
        "Un groupe de 12 étudiants écoute un cours.",
        "Un oiseau noir est posé sur une clôture et regarde l'appareil photo.",
        "Une dame en robe bleue nourrit les pigeons tandis qu'un garçon en trottinette la regarde.",
        "Un pêcheur répare son filet ; sa femme vend des moules.",
        "Je ne sais pas où sont mes clés.",
        "Il rit.",
        "À quelle heure ouvre le magasin demain ?",
        "Nous devrions partir avant la nuit.",
        "Elle m'a dit qu'elle n'était jamais allée au Japon.",
        "Merci beaucoup !",
    ),
    "letters": tuple(" ".join("seqscopeabdfghijklmnrtuvwxyz"[n % 20 : n % 20 + 1 + n % 7]) for n in range(30)),
}


def probe(name: str, folder: Path) -> list[dict[str, str | float]]:
    """What a model of the folder writes greedily, and its score: {"source", "target", "score"} a sentence."""
    loaded = load_packed(name, folder)
    sources = SENTENCES[loaded.card.source]
    hypotheses = dict(translate_batches(loaded.model, loaded.subwords, sources, GreedyOptions()))
    best = [hypotheses[index][0] for index in range(len(sources))]
    return [
        {"source": source, "target": hypothesis.text, "score": round(hypothesis.score, 4)}
        for source, hypothesis in zip(sources, best, strict=True)
    ]


def write_probe(folder: Path) -> None:
    """Complete a model folder by what its model makes of the sentences."""
    write_json(folder / PROBE, probe(folder.name, folder.parent))


if __name__ == "__main__":  # anew for some folders: python -m core.recipes.probe pretrained/*/
    import sys

    for argument in sys.argv[1:]:
        write_probe(Path(argument))
