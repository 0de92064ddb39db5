"""Working visits (kunjungan kerja): when a host is open, requests, and what becomes of them.

Writes visit.requested, visit.waitlisted, visit.rescheduled, visit.completed, visit.displaced and visit.slot_freed; visit.accepted,
visit.moved_online, visit.proposed, visit.options_refused and visit.declined; visit.joint_wished, visit.joint_asked and visit.joined;
visit.place_set, visit.zone_changed, visit.day_closed, visit.members_changed and visit.agenda_changed; visit.withdrawn, visit.cancelled,
visit.held, visit.surveyed, visit.reported and visit.closed; visit.letter_added, visit.opened, visit.reminded and visit.erased.
May import: core, instruments, offices, accounts. What articles a guest may have read comes through `surroundings`.
"""
