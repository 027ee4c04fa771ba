package rampart.cluster.dapr_sentry_ca_test

import data.rampart.cluster.dapr_sentry_ca

# The issuer of the cases that ends on 2110-12-31 at 23:59:59, and its root.
_root := concat("", [
	"LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJoVENDQVN1Z0F3SUJBZ0lCQVRBS0JnZ3Foa2pPUFFRREFqQXBNUkF3RGdZ",
	"RFZRUUtFd2RGZUdGdGNHeGwKTVJVd0V3WURWUVFERXd4RmVHRnRjR3hsSUhKdmIzUXdJQmNOTWpBd01UQXhNREF3TURBd1doZ1BN",
	"akU1T1RFeQpNekV5TXpVNU5UbGFNQ2t4RURBT0JnTlZCQW9UQjBWNFlXMXdiR1V4RlRBVEJnTlZCQU1UREVWNFlXMXdiR1VnCmNt",
	"OXZkREJaTUJNR0J5cUdTTTQ5QWdFR0NDcUdTTTQ5QXdFSEEwSUFCTW5Wa0VWUkp5d2ZiTDI3TlpjY2Z3RlUKZEl2Qk5vOWpoZTB6",
	"NmN6aVJ4Ry9ZUmtxb2Y1OWJsS3lKQVg3aHZvWWNMZk5abGc5MmcyeGxQL0pTVFlvWHllagpRakJBTUE0R0ExVWREd0VCL3dRRUF3",
	"SUNCREFQQmdOVkhSTUJBZjhFQlRBREFRSC9NQjBHQTFVZERnUVdCQlNhCmtrazZhNW1JSXNRTHNhalRrbSs4U05ERW5UQUtCZ2dx",
	"aGtqT1BRUURBZ05JQURCRkFpQU8rSVdjRHNGMk44ZlgKQnBuT3VpWFZ5dlpTZklFaXBMMzBiUFI4dFpwcWlRSWhBUHhMb20xclNC",
	"bXNXd29tL3ZYdEZ5SEtLdVR5N3JlRwpvZ000T1I0V0VyOVMKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo=",
])

_issuer := concat("", [
	"LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJ1VENDQVYrZ0F3SUJBZ0lCRERBS0JnZ3Foa2pPUFFRREFqQXBNUkF3RGdZ",
	"RFZRUUtFd2RGZUdGdGNHeGwKTVJVd0V3WURWUVFERXd4RmVHRnRjR3hsSUhKdmIzUXdJQmNOTWpBd01UQXhNREF3TURBd1doZ1BN",
	"akV4TURFeQpNekV5TXpVNU5UbGFNRHd4T2pBNEJnTlZCQW9UTVhOd2FXWm1aVG92TDJOc2RYTjBaWEl1Ykc5allXd3Zibk12ClpH",
	"RndjaTF6ZVhOMFpXMHZaR0Z3Y2kxelpXNTBjbmt3V1RBVEJnY3Foa2pPUFFJQkJnZ3Foa2pPUFFNQkJ3TkMKQUFTK2Z5aE9JNWlp",
	"K3dNWkhRZzVqc09IdzlnM3NQRnJzclJ3WUxxdUhxQTFOblB6RlUzWWJvdWRYZ2pyZUdUdAozZmFadFQvZFE5WU5qV1ZhcDZFU21H",
	"S1ZvMk13WVRBT0JnTlZIUThCQWY4RUJBTUNBZ1F3RHdZRFZSMFRBUUgvCkJBVXdBd0VCL3pBZEJnTlZIUTRFRmdRVXV3MkJhdXJM",
	"Qmk5YnFhQnljWHd2NUU0d1BDd3dId1lEVlIwakJCZ3cKRm9BVW1wSkpPbXVaaUNMRUM3R28wNUp2dkVqUXhKMHdDZ1lJS29aSXpq",
	"MEVBd0lEU0FBd1JRSWhBS2JNa2w0VgpwYStHbXo5a1M2Mkt3NXgzWUllcDYyS0MxRTNXUkNGMTBvV2lBaUJkZ3NmSVVLSFNXREkr",
	"cDFsQS93WmwvenVPCkJmWFl6eVZCWWRjNCt3VUFCZz09Ci0tLS0tRU5EIENFUlRJRklDQVRFLS0tLS0K",
])

_found(date) := [found.msg | some found in violations] if {
	violations := dapr_sentry_ca.violation with data.lib.clock.now_ns as time.parse_rfc3339_ns(date)
		with input.parameters as {"minimumDays": 30, "customRoot": false}
		with input.review as {"operation": "CREATE", "namespace": "dapr-system", "object": {
			"metadata": {"name": "dapr-trust-bundle", "namespace": "dapr-system"},
			"data": {"ca.crt": _root, "issuer.crt": _issuer, "issuer.key": "bm9uZQ=="},
		}}
}

test_before_the_days_begin if {
	_found("2110-12-01T23:59:59Z") == []
}

test_after_the_days_begin if {
	[msg] := _found("2110-12-01T23:59:59.000000001Z")
	contains(msg, "ends on 2110-12-31")
}

test_the_last_second if {
	[msg] := _found("2110-12-31T23:59:59Z")
	contains(msg, "ends on 2110-12-31")
}

test_after_the_end if {
	[msg] := _found("2111-01-01T00:00:00Z")
	contains(msg, "is not valid today")
}
