"""Eco mode: what a state changes of the lab's graphics cards and heavy lanes, and what the cards used."""
