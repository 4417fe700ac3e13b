"""Raise an exception at each moment at which Python may handle a signal."""

import gc
import inspect
import sys


def interrupt_each_moment(call, error=KeyboardInterrupt):
    """Call `call` repeatedly, raise `error` at a later moment each time, and yield the class of the exception that left `call`.

    Python handles a signal when it enters a function and when it returns from a function in C.
    The last call ends before its moment.
    """
    moment = 0
    is_raised = True
    while is_raised:
        moment += 1
        is_raised = False
        seen = 0

        def raise_error(frame, event, _argument):
            nonlocal seen, is_raised
            # Python enters a generator also to throw an exception into it, and handles no signal then.
            is_function = event == "call" and not frame.f_code.co_flags & inspect.CO_GENERATOR
            seen += is_function or event == "c_return"
            if seen == moment:
                sys.setprofile(None)
                is_raised = True
                raise error

        caught = None
        # Hypothesis calls a function for each garbage collection, in which Python could only print the error.
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
