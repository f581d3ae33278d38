"""Cases: state machine, participations, assignments."""
