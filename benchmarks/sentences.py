"""English sentences of our own, for measurements and for comparisons with other systems."""

SENTENCES = """\
A man in a red jacket is waiting for the bus near an old stone bridge.
Two brown dogs are running through the shallow water on a sunny afternoon.
A young woman reads a newspaper while she drinks coffee in a small garden.
Three children are building a tall tower of wooden blocks on the kitchen floor.
An old man plays the violin for a crowd of people in front of the station.
A girl with a yellow umbrella walks across the wet street.
Several cyclists are riding up a steep hill in the rain.
A cook in a white hat cuts vegetables on a large table.
The boy throws a ball to his little sister.
Four men are pushing a blue car out of the snow.
A woman takes a picture of her friends at the beach.
A black cat sleeps on the roof of a parked truck.
People are dancing in the street at night.
A worker on a ladder paints the wall of a tall building.
Two girls share a book on a bench under a tree.
A horse jumps over a fence while its rider holds on tightly.
The musicians stand on a stage with bright lights.
A baby in a striped shirt plays with a spoon.
A group of tourists looks at a map in the middle of the square.
A fisherman sits in a boat and waits.
Snow covers the path between the houses.
A waiter carries five plates through a busy restaurant.
A child hides behind a curtain and laughs.
Two women in long dresses sing into a microphone.""".splitlines()
