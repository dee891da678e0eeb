"""Captions written for this project, with their subjects, objects, adjectives and adverbs: trees of four relations.

Multi30k has no trees, and news is not what its models have read. Relations as in Universal Dependencies, by hand.
"""

import re

from core.records.head_roles import RELATIONS
from core.text.treebanks import ROOT, Tree, TreeWord

LETTERS = dict(zip("soaw", RELATIONS, strict=True))  # subject, object, adjective, adverb
WORD = re.compile(r"([^\W_]+)(?:/([soaw]):([^\W_]+))?|([^\w\s])")  # a word, what it is, of which other; or a mark
CAPTIONS = """
A tall/a:man man/s:carrying in a red/a:coat coat is carrying a heavy/a:box box/o:carrying.
Two small/a:children children/s:feeding are happily/w:feeding feeding ducks/o:feeding near the pond.
A woman/s:waters who/s:wears wears a blue/a:scarf scarf/o:wears waters the plants/o:waters.
The old/a:baker baker/s:decorates carefully/w:decorates decorates a large/a:cake cake/o:decorates.
Three girls/s:painting with long/a:hair hair are quietly/w:painting painting a wooden/a:fence fence/o:painting.
A brown/a:dog dog/s:runs that/s:chases chases a ball/o:chases runs quickly/w:runs across the wet/a:grass grass.
A young/a:couple couple/s:pushing is slowly/w:pushing pushing a green/a:stroller stroller/o:pushing.
The musician/s:plays on the corner plays an old/a:accordion accordion/o:plays.
A little/a:boy boy/s:jumps in yellow/a:boots boots jumps over a deep/a:puddle puddle.
A waiter/s:carries carries four full/a:plates plates/o:carries and smiles politely/w:smiles.
Several hikers/s:crossing are crossing a narrow/a:bridge bridge/o:crossing together/w:crossing.
An old/a:woman woman/s:reads reads a thick/a:newspaper newspaper/o:reads while her grandson/s:eats eats a pear/o:eats.
A man/s:climbs holding a long/a:rope rope/o:holding climbs a steep/a:wall wall/o:climbs.
Two cooks/s:chopping in white/a:aprons aprons are busily/w:chopping chopping fresh/a:onions onions/o:chopping.
The girl/s:strokes gently/w:strokes strokes a tiny/a:kitten kitten/o:strokes that/s:sleeps sleeps.
A farmer/s:driving with a straw hat is driving an orange/a:tractor tractor/o:driving.
A crowd/s:greets of cheerful/a:fans fans loudly/w:greets greets the players/o:greets.
A worker/s:wears who/s:repairs repairs a broken/a:roof roof/o:repairs wears a bright/a:helmet helmet/o:wears.
The tired/a:runner runner/s:reaches finally/w:reaches reaches the crowded/a:finish finish/o:reaches.
A child/s:shows in a pink/a:dress dress proudly/w:shows shows a colorful/a:drawing drawing/o:shows.
Four friends/s:sharing are sharing a hot/a:pizza pizza/o:sharing outside/w:sharing.
A very/w:old old/a:sailor sailor/s:mending is mending a torn/a:net net/o:mending.
A black/a:horse horse/s:eat and a white/a:goat goat eat dry/a:hay hay/o:eat.
A mother/s:combs patiently/w:combs combs the curly/a:hair hair/o:combs of her daughter.
A tall/a:teenager teenager/s:rides wearing huge/a:headphones headphones/o:wearing rides a red/a:scooter scooter/o:rides.
The photographer/s:kneels kneels and photographs a rare/a:flower flower/o:photographs.
A group/s:awaits of young/a:dancers dancers nervously/w:awaits awaits the music/o:awaits.
A bald/a:man man/s:eats in a dark/a:suit suit hurriedly/w:eats eats a sandwich/o:eats.
Some students/s:moving are noisily/w:moving moving heavy/a:tables tables/o:moving.
A lady/s:selling with short/a:hair hair is selling ripe/a:melons melons/o:selling at a busy/a:market market.
A surfer/s:rides skilfully/w:rides rides an enormous/a:wave wave/o:rides.
The gardener/s:trims, who/s:has has a wide/a:smile smile/o:has, trims a round/a:bush bush/o:trims.
A small/a:plane plane/s:pulls pulls a long/a:banner banner/o:pulls above the sandy/a:beach beach.
A nurse/s:bandages calmly/w:bandages bandages the swollen/a:ankle ankle/o:bandages of a skater.
Two men/s:loading in grey/a:overalls overalls are still/w:loading loading the rusty/a:truck truck/o:loading.
A toddler/s:touches curiously/w:touches touches a round/a:balloon balloon/o:touches.
A clown/s:juggles with a big/a:nose nose juggles three shiny/a:bottles bottles/o:juggles.
The boys/s:knock who/s:built built a tall/a:tower tower/o:built knock it/o:knock down.
A policewoman/s:stops firmly/w:stops stops the noisy/a:traffic traffic/o:stops.
An old/a:couple couple/s:feeds in thick/a:coats coats feeds hungry/a:pigeons pigeons/o:feeds.
A fisherman/s:lifts proudly/w:lifts lifts a slippery/a:fish fish/o:lifts out of the calm/a:lake lake.
A girl/s:eats sitting on a wooden/a:swing swing eats sweet/a:cherries cherries/o:eats.
A barber/s:shaving is carefully/w:shaving shaving a nervous/a:customer customer/o:shaving.
Two big/a:dogs dogs/s:fight with wet/a:fur fur fight over a thin/a:stick stick.
A street artist/s:sketches quickly/w:sketches sketches a smiling/a:tourist tourist/o:sketches.
The teacher/s:points points at a large/a:map map and asks a difficult/a:question question/o:asks.
A woman/s:repairing in a leather jacket is repairing her old/a:motorcycle motorcycle/o:repairing.
A child/s:opens who/s:lost lost a tooth/o:lost opens his mouth/o:opens widely/w:opens.
Five acrobats/s:form slowly/w:form form a human/a:pyramid pyramid/o:form.
A firefighter/s:drinks with a dirty/a:face face drinks cold/a:water water/o:drinks.
The lonely/a:violinist violinist/s:plays softly/w:plays plays a sad/a:melody melody/o:plays.
A man/s:hits in a striped/a:shirt shirt repeatedly/w:hits hits a wooden/a:drum drum/o:hits.
A sleepy/a:cat cat/s:ignores on a soft/a:cushion cushion ignores the barking puppy/o:ignores.
Young/a:athletes athletes/s:throw in green/a:shirts shirts throw heavy/a:balls balls/o:throw.
A florist/s:ties ties a white/a:ribbon ribbon/o:ties around a huge/a:bouquet bouquet.
The driver/s:closes angrily/w:closes closes the blue/a:door door/o:closes of his taxi.
A grandmother/s:bake and two quiet/a:boys boys bake crispy/a:bread bread/o:bake.
A rather/w:short short/a:goalkeeper goalkeeper/s:catches barely/w:catches catches the fast/a:ball ball/o:catches.
A scientist/s:studies wearing thick/a:glasses glasses/o:wearing studies a green/a:liquid liquid/o:studies.
A woman/s:crosses whose dog/s:barks barks loudly/w:barks crosses the empty/a:street street/o:crosses.
"""


def own_captions() -> list[Tree]:
    """The captions as trees, in which what has none of the four relations has none at all."""
    return [tree(line) for line in CAPTIONS.strip().splitlines()]


def tree(line: str) -> Tree:
    """A caption whose words say what they are: after "/" a letter and the word, unique in it, that they belong to.

    >>> tree("Cats/s:sleep sleep.").words[0]
    TreeWord(start=0, end=4, governor=1, relation='nsubj')
    """
    text, spans = "", []
    matches = list(WORD.finditer(line))
    for match in matches:
        text += " " * (line[match.start() - 1 : match.start()] == " ")
        spans.append((len(text), len(text := text + (match[1] or match[4]))))
    forms = [text[start:end].lower() for start, end in spans]
    links = [(forms.index(match[3]), LETTERS[match[2]]) if match[2] else (ROOT, "") for match in matches]
    return Tree("", text, tuple(TreeWord(*span, *link) for span, link in zip(spans, links, strict=True)))
