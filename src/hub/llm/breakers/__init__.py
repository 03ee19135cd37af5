"""Who is away: what each outcome says of a provider, when it is left alone, and who looks after it."""
