"""Networks: ids in, logits and attention out; they never see text. The contract is in `contract`."""
