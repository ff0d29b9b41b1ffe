WITH flights AS (SELECT carrier, dest FROM flights WHERE month = 1),
  mixed AS (
    WITH airlines AS (SELECT carrier AS code, dest AS name FROM flights)
    SELECT a.code, a.name, public.airlines.name AS real
    FROM airlines a JOIN public.airlines ON public.airlines.carrier = a.code
  )
SELECT code, name, real FROM mixed WHERE real <> ''
