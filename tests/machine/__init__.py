"""The sealed bid as one machine: any act in any order, under clocks that lie, held against a model at every step."""
