"""Raise an exception at nearly every moment at which Python may handle a signal."""

import gc
import inspect
import sys


def interrupt_each_moment(call, error=KeyboardInterrupt):
    """Call `call` repeatedly, and raise `error` one moment later in each call, until a call has no such moment.

    A moment is an entry of a function, or a return from a function in C. For each `error` that is raised,
    yield the class of the exception that leaves `call`, or None.
    """
    moment = 0
    is_raised = True
    while is_raised:
        moment += 1
        is_raised = False
        seen = 0

        def raise_error(frame, event, _argument):
            nonlocal seen, is_raised
            # Skip generators: this event also occurs for `throw`, during which Python handles no signal.
            is_function = event == "call" and not frame.f_code.co_flags & inspect.CO_GENERATOR
            seen += is_function or event == "c_return"
            if seen == moment:
                sys.setprofile(None)
                is_raised = True
                raise error

        caught = None
        # Hypothesis registers a callback of the garbage collector. If the error were raised there, Python would print
        # it and continue.
        gc.disable()
        sys.setprofile(raise_error)
        try:
            call()
        except BaseException as raised:
            sys.setprofile(None)
            # Keep no traceback, so that Python closes the generators of the call.
            caught = type(raised)
        finally:
            sys.setprofile(None)
            gc.enable()
        if is_raised:
            yield caught
    assert moment > 1, "no moment was found"
