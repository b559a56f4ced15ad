"""Who is where in their life with the shop: from order lines and members to one labelled row each."""
