"""How work is judged: indicators, rankings, alarms, and the figures behind them."""
