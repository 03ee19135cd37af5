"""The models of the speech child: what hears, what tells pauses from ends, what speaks."""
