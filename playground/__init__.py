"""An agent playground: one agent, many providers, every conversation kept and open to any ChatKit UI."""
