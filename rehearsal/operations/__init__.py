"""Operations on rehearsals."""
