"""The JSON edge, `/api/v1`: parse, authorise, one service call, answer."""
