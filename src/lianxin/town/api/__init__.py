"""Operations of the programs' door that belong to the town: how it is set up."""
